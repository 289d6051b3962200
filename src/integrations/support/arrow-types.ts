/** The numbers that Arrow gives to its types, in its streams and in the objects of `apache-arrow`. */
export const ARROW = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  largeBinary: 19,
  largeUtf8: 20,
  /** Of the objects only: a stream names the type of the dictionary's values. */
  dictionary: -1,
} as const;
