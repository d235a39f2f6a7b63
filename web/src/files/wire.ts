// Shapes of docs/files.md. Ids and times are strings, absent ones null.
export interface Attachment {
  id: string;
  /** null: erased. */
  name: string | null;
  kind: 'jpeg' | 'png' | 'pdf' | 'docx' | 'xlsx' | 'text' | 'mp4';
  media: string;
  bytes: number;
  width_px: number;
  height_px: number;
  thumb: boolean;
  sha256: string;
  time_us: string;
  user: string;
  by: string;
  withdrawn_us: string | null;
  withdrawn_by: string | null;
  reason: string | null;
  erased_us: string | null;
}

/** Acts that may name files (docs/cases.md). */
export const TAKES_FILES: readonly string[] = ['take', 'return', 'feedback', 'plan', 'attempt', 'spot', 'verify', 'comment', 'call', 'meet', 'resolve_done', 'instruct_done'];
/** What the picker offers: phones then give JPEG for what they keep as HEIC. */
export const ACCEPT = 'image/jpeg,image/png,image/webp,application/pdf,video/mp4,text/plain,.docx,.xlsx';

export const pathOf = (caseId: string, id: string, small = false): string => `/api/v1/cases/${encodeURIComponent(caseId)}/attachments/${encodeURIComponent(id)}${small ? '?size=small' : ''}`;
export const isPicture = ({ kind }: Pick<Attachment, 'kind'>): boolean => kind === 'jpeg' || kind === 'png';
/** Of a mediation: looked at on the page of its films alone, with a reason. */
export const isFilm = ({ user, kind }: Pick<Attachment, 'user' | 'kind'>): boolean => user === 'server' && kind === 'mp4';
export const isGone = ({ erased_us: erased, name }: Attachment): boolean => erased !== null || name === null;

/** "1.2 MB", "340 KB". */
export function sizeWords(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} KB`;
}
