/** What this browser can play: by WebCodecs where it is there (secure pages), else by Media Source. */
export interface Ability {
  format: 'annexb' | 'fmp4' | null;
  codecs: string[];
}

const H264 = 'avc1.42c01f';
const H265 = 'hvc1.1.6.L93.B0';

async function byWebCodecs(): Promise<string[]> {
  if (typeof VideoDecoder === 'undefined') return [];
  const can = async (codec: string): Promise<boolean> =>
    (await VideoDecoder.isConfigSupported({ codec, optimizeForLatency: true }).catch(() => null))
      ?.supported === true;
  const [h264, h265] = await Promise.all([can(H264), can(H265.replace('hvc1', 'hev1'))]);
  return [h264 ? 'h264' : '', h265 ? 'h265' : ''].filter(Boolean);
}

function byMediaSource(): string[] {
  if (typeof MediaSource === 'undefined') return [];
  const can = (codec: string): boolean => MediaSource.isTypeSupported(`video/mp4; codecs="${codec}"`);
  return [can(H264) ? 'h264' : '', can(H265) ? 'h265' : ''].filter(Boolean);
}

let known: Promise<{ codecs: string[]; media: string[] }> | null = null;

/** `forced` chooses Media Source where both would do (`?decoder=mse`). */
export async function canDecode(forced?: 'mse'): Promise<Ability> {
  known ??= byWebCodecs().then((codecs) => ({ codecs, media: byMediaSource() }));
  const { codecs, media } = await known;
  if (codecs.includes('h264') && forced !== 'mse') return { format: 'annexb', codecs };
  if (media.length > 0) return { format: 'fmp4', codecs: media };
  return { format: null, codecs: [] };
}
