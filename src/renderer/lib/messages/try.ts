export const tryOut = {
  title: 'Try',
};
