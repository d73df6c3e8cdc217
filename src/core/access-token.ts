/**
 * Is this text an access token? `sf` takes one in place of a username, and then gives it out as the username; it must
 * never reach a result, a report or a suggested command (S1). Two shapes: `00D…!…`, and a JWT of three parts.
 */
export function isAccessToken(text: string): boolean {
  return /\b00D\w*!/.test(text) || /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/** A username that may be shown; null for none and for an access token. */
export function shownUsername(username: string | null | undefined): string | null {
  return username === undefined || username === null || username === '' || isAccessToken(username) ? null : username;
}

/** A text with every access token in it replaced: for text that others made and that may repeat what was typed. */
export function withoutAccessTokens(text: string): string {
  return text.replace(/\b00D\w*![\w.%-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<access token>');
}
