// Short messages at the edge of the page, spoken as they appear; one with an action stays until it is answered.
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly dismiss?: string;
}

const shownMs = 6000;
let lastId = 0;
export const notices = $state<Notice[]>([]);

export function dismiss(id: number): void {
  const at = notices.findIndex((notice) => notice.id === id);
  if (at >= 0) notices.splice(at, 1);
}

export function notify(notice: Omit<Notice, "id">): void {
  const id = ++lastId;
  if (notices.length >= 3) notices.shift();
  notices.push({ id, ...notice });
  if (notice.dismiss === undefined) setTimeout(() => dismiss(id), shownMs);
}
