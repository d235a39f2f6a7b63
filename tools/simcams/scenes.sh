#!/usr/bin/env bash
# Makes the simulator's clips in a folder, unless they are there already: scenes.sh FOLDER
# What is made depends on this script alone, so its checksum names a cached copy which later builds link to.
set -eu
folder=$1
version=$(sha256sum "$0" | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/townwall/clips-$version

encode() {
    local scene=$1 source=$2
    nice -n 5 ffmpeg -v error -nostdin -y -f lavfi -i "$source" -filter_complex \
        "format=yuv420p,split=2[main][a];[a]scale=640:360,split=2[sub][sub5]" \
        -map '[sub]' -c:v libx264 -profile:v baseline -preset veryfast -b:v 400k -maxrate 500k \
        -bufsize 400k -g 50 -sc_threshold 0 -t 10 -f h264 "$work/$scene-sub.h264" \
        -map '[main]' -c:v libx264 -profile:v baseline -preset veryfast -b:v 1700k -maxrate 2000k \
        -bufsize 2000k -g 50 -sc_threshold 0 -t 10 -f h264 "$work/$scene-main.h264" \
        -map '[sub5]' -c:v libx265 -preset ultrafast -b:v 350k -t 10 \
        -x265-params log-level=error:keyint=50:min-keyint=50:scenecut=0:bframes=0:open-gop=0 \
        -f hevc "$work/$scene-sub.h265"
    echo "scenes: $scene"
}

if [ ! -e "$cache/done" ]; then
    mkdir -p "$cache"
    exec 8>"$cache.lock"
    flock 8
    if [ ! -e "$cache/done" ]; then
        work=$cache
        encode plain "testsrc2=s=1280x720:r=25"
        encode waves "mandelbrot=s=1280x720:r=25"
        touch "$cache/done"
    fi
fi
rm -rf "$folder"
mkdir -p "$folder"
cp -l "$cache"/*.h26* "$folder" 2>/dev/null || cp "$cache"/*.h26* "$folder"
touch "$folder/done"
