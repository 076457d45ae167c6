/** Pickled values of before 2019: a reader for plain data and NumPy that runs nothing. Start at read-pickle.ts. */
export { environmentAllowsPickle } from './permission.ts';
export { readPickle } from './read-pickle.ts';
