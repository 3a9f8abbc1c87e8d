/// The order of names that may be numbers, such as those of partitions: numbers first, by value, then the others byte by
/// byte.
package func namesInOrder(_ a: String, _ b: String) -> Bool {
  switch (Int64(a), Int64(b)) {
  case (let first?, let second?) where first != second: first < second
  case (_?, nil): true
  case (nil, _?): false
  default: a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
