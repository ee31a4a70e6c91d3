export const welcome = {
  title: 'Welcome',
  heading: 'Watch a network learn to write',
  start: 'Train on the sample',
  skip: 'Skip',
  hint: 'The Time Machine, half a minute, on this machine.',
  again: 'Show the welcome',
  importing: 'Reading The Time Machine…',
  learning:
    'It reads the book over and over and guesses each next letter. The lower the curve, the better its guesses.',
  wrote: 'This it wrote by itself, letter by letter.',
  chart: 'Perplexity',
  runName: 'My first network',
  stop: 'Stop here',
  look: 'Look at the run',
  try: 'Let it write more',
  failed: 'The sample could not be trained on',
  retry: 'Try again',
};
