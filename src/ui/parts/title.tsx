import { titleParts } from '../format.js';

/** What a market is called. Where there is no room for all of it, the question is cut and the answer it stands for is not. */
export function Title({ title, ticker }: { readonly title: string; readonly ticker: string }) {
  const [question, answer] = titleParts(title, ticker);
  return (
    <span class="title">
      <span class="question">{question}</span>
      {answer === '' ? null : <span class="answer">{answer}</span>}
    </span>
  );
}
