export const measures = {
  perplexity: 'perplexity',
  loss: 'loss',
  lossTitle: 'Loss',
  losses: { softmax: 'cross-entropy', sigmoid: 'binary cross-entropy', squared: 'mean squared error' },
  lossTitles: {
    softmax: 'Cross-entropy (nats)',
    sigmoid: 'Binary cross-entropy (nats)',
    squared: 'Mean squared error of scaled numbers',
  },
  inDataUnits: (name: string) => `${name} (units of the data)`,
};
