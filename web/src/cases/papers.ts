// A paper of a case is opened beside the page, where the browser prints it.
import { ApiError, csrfToken } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

/** `why`: reveals the reporter. Throws what the server said. */
export async function showPaper(id: string, kind: string, object: string | undefined, why: string): Promise<void> {
  const path = `/api/v1/cases/${encodeURIComponent(id)}/papers/${kind}`;
  const answer = why
    ? await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken() }, body: JSON.stringify({ reason: why, ...(object ? { object } : {}) }) })
    : await fetch(object ? `${path}?object=${encodeURIComponent(object)}` : path);
  if (!answer.ok) {
    const { error } = (await answer.json()) as { error: { code: string; message: Words } };
    throw new ApiError(answer.status, error.code, error.message);
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `${kind}.pdf`;
  const url = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: name, rel: 'noopener' });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
