/** Where the service worker leaves a file that was shared with the app, for the page to pick up. */
export const sharedCache = "outpost-shared";
export const sharedFile = "./shared-file";
export const fileNameHeader = "X-File-Name";
