/** Options that every waiting operation takes. */
export interface Abortable {
  /** Aborted before the commit point means undone; after it, finished. Rejections carry the signal's reason. */
  readonly signal?: AbortSignal;
}
