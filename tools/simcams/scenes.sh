#!/usr/bin/env bash
# Makes the simulator's clips in a folder: scenes.sh SCENES_PROGRAM FOLDER [MAIN_WIDTHxHEIGHT]
# Loops of 10 s, 25 pictures a second, closed groups of 50, H.264 and H.265, sub (640x360) and main, made so
# that the top 16 lines can be replaced by a stamp (docs/simcams.md):
#   H.264  the top macroblock row is a slice of its own and restless, so that no block refers to it
#   H.265  encoded 16 lines less high; the simulator puts a row of coding tree units on top
# The white line below holds vectors where they are: moved up or down, it would be seen twice or not.
# The clips depend on this script and the drawing program alone; a copy is kept in the user's cache.
set -eu
scenes=$(realpath "$1")
folder=$2
main=${3:-1280x720}
main_width=${main%x*} main_height=${main#*x}
jobs=${SCENES_JOBS:-$(nproc)}
pictures=250
version=$(cat "$0" "$(dirname "$0")"/scenes/*.[ch] | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/townwall/clips-$version-$main

gop=keyint=50:min-keyint=50:scenecut=0:bframes=0:ref=1:open-gop=0
x264=$gop:slices-max=1:threads=1:mbtree=0:weightp=0:cabac=0:no-deblock=1
x265=$gop:log-level=error:ctu=16:min-cu-size=8:max-tu-size=16:sao=0:wpp=0:frame-threads=1:slices=1
x265=$x265:temporal-mvp=0:weightp=0:info=0:hrd=0:pools=none

# one ffmpeg for each size, so that a scene's clips are encoded side by side
encode() { # SCENE PROFILE WIDTH HEIGHT KBITS
    local scene=$1 profile=$2 width=$3 height=$4 kbits=$5 body=$(($4 - 16))
    "$scenes" "$scene" $pictures "$width" $body | nice -n 5 ffmpeg -v error -nostdin -y \
        -f rawvideo -pix_fmt rgb0 -video_size "${width}x$body" -framerate 25 -i - -filter_complex "
            nullsrc=s=${width}x16:r=25,format=yuv420p,trim=end_frame=1,loop=-1:1,
                geq=lum='if(gt(mod(floor(X/2)*7919+floor(Y/2)*104729,17),8),235,16)':cb=128:cr=128[top];
            [0]format=yuv420p,drawbox=0:0:iw:1:white:fill,split=2[low][h265];
            [top][low]vstack=shortest=1[h264]" \
        -map '[h264]' -c:v libx264 -preset veryfast -profile:v baseline \
        -b:v "${kbits}k" -maxrate "$((kbits * 5 / 4))k" -bufsize "$((kbits * 2))k" \
        -x264-params "$x264:slice-max-mbs=$((width / 16))" \
        -f h264 "$work/$scene-$profile.stamp.h264" \
        -map '[h265]' -c:v libx265 -preset ultrafast -b:v "$((kbits * 4 / 5))k" \
        -x265-params "$x265" -f hevc "$work/$scene-$profile.stamp.h265"
}

make_scene() {
    encode "$1" sub 640 360 400
    encode "$1" main "$main_width" "$main_height" $((main_width * main_height * 17 / 9216))
    echo "scenes: $1 is ready"
}

make_all() {
    work=$cache.part
    rm -rf "$work"
    mkdir -p "$work"
    local running=0 scene
    for scene in $("$scenes" --list); do
        make_scene "$scene" &
        running=$((running + 1))
        if [ $running -ge "$jobs" ]; then
            wait -n
            running=$((running - 1))
        fi
    done
    while [ $running -gt 0 ]; do
        wait -n
        running=$((running - 1))
    done
    mv "$work" "$cache"
}

mkdir -p "$(dirname "$cache")"
exec 8>"$cache.lock"
flock 8
if [ ! -d "$cache" ]; then
    echo "scenes: drawing and encoding $("$scenes" --list | wc -l) scenes, once on this machine"
    make_all
fi
rm -rf "$folder"
mkdir -p "$folder"
cp -l "$cache"/* "$folder" 2>/dev/null || cp "$cache"/* "$folder"
touch "$folder/done"
