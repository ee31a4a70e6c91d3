/** The page of a model that was exported as HTML. */
export const standalone = {
  subtitle: (task: string, corpus: string) => `${task}, trained on ${corpus}`,
  askHint: 'Answers as you type.',
  translateHint: 'Each line is translated as you type.',
  card: 'About this model',
  rights:
    'The text itself is not in this file; the vocabulary of it is. What the network learned from it may be subject to the rights in that text.',
  offline: (program: string) =>
    `Made with ${program}. The model runs in this page: nothing is loaded, and nothing that you type leaves it.`,
  noEngine: 'This browser does not let a file compute in the background: open it in another one.',
  givenUp: 'The question was given up.',
  outside: (shown: string) => `Not in this model’s vocabulary: ${shown}. The text goes on without it.`,
};
