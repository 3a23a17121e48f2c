/**
 * True for a lexeme that begins like a quoted text and does not end like one. The lexer of yaml 2.9.1 cuts a quoted text at a line that is
 * indented too little, and takes the piece for complete when it happens to end with an escaped quote: `"a \"` above `pii: true` would then
 * be a tag here and a part of the description for every other parser.
 */
export function isCutQuote(lexeme: string): boolean {
  const quote = lexeme[0];
  if (quote !== '"' && quote !== "'") return false;
  const mark = quote === '"' ? "\\" : "'";
  if (lexeme.length < 2 || !lexeme.endsWith(quote)) return true;
  let marks = 0;
  while (lexeme.length - 2 - marks > 0 && lexeme[lexeme.length - 2 - marks] === mark) marks += 1;
  return marks % 2 === 1;
}
