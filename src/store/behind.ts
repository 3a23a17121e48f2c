/** Seconds. A copy of GitHub's that is behind is so for less: what still answers otherwise after this long is what there is. */
export const BEHIND_SECONDS = 120;
