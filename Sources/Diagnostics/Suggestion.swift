/// The nearest of `candidates` to `word`, if one is near enough to be a slip of the keyboard.
///
/// Near enough: at most one edit for words of up to four letters, two up to eight, three beyond; a change of case alone
/// always counts. Edits are insertions, deletions, replacements and swaps of neighbours.
package func suggestion(for word: String, from candidates: some Sequence<String>) -> String? {
  let limit = word.count <= 4 ? 1 : word.count <= 8 ? 2 : 3
  var best: (candidate: String, distance: Int)?
  let lowercased = word.lowercased(), length = word.unicodeScalars.count
  for candidate in candidates {
    // Lengths tell most of them apart at no cost.
    guard abs(candidate.unicodeScalars.count - length) <= limit + 2 else { continue }
    let distance = candidate.lowercased() == lowercased ? 0 : editDistance(word, candidate)
    guard distance <= limit, distance < candidate.count else { continue }
    if let best, (best.distance, best.candidate) <= (distance, candidate) { continue }
    best = (candidate, distance)
  }
  return best?.candidate
}

/// Optimal string alignment distance.
package func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.unicodeScalars), b = Array(b.unicodeScalars)
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var before: [Int] = []
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + Array(repeating: 0, count: b.count)
    for j in 1...b.count {
      current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        current[j] = min(current[j], before[j - 2] + 1)
      }
    }
    before = previous
    previous = current
  }
  return previous[b.count]
}
