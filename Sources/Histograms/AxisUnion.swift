import Support

/// One axis for the bins of two.
struct AxisUnion {
  private(set) var axis: ResultAxis
  /// For each bin of the two, flow bins included, its place in the union.
  private(set) var mine: [Int]
  private(set) var theirs: [Int]

  /// Numbers must have the same bins. Categories may differ: the union has those of both.
  init(_ a: ResultAxis, _ b: ResultAxis) throws(ResultError) {
    guard a.unit == b.unit else {
      throw ResultError("its axis is in `\(a.unit)` in one message and in `\(b.unit)` in another")
    }
    axis = a
    mine = Array(0..<(a.count + 2))
    theirs = mine
    guard a.categories != b.categories || a.edges != b.edges else { return }
    guard let names = a.categories, let others = b.categories else {
      throw ResultError("its bin edges differ: \(Self.summary(a)) in one message, \(Self.summary(b)) in another")
    }
    // The same for any order of messages.
    let all = Set(names).union(others).sorted { namesInOrder($0, $1) }
    let places = Dictionary(uniqueKeysWithValues: zip(all, 1...))
    axis.categories = all
    axis.edges = (0...all.count).map(Double.init)
    mine = [0] + names.map { places[$0] ?? 0 } + [all.count + 1]
    theirs = [0] + others.map { places[$0] ?? 0 } + [all.count + 1]
  }

  /// Throws where one of the two has overflow that may be of a category which only the other has.
  func check(overflows mine: Bool, _ theirs: Bool) throws(ResultError) {
    for (overflows, own, others) in [(mine, self.mine, self.theirs), (theirs, self.theirs, self.mine)] where overflows {
      guard let lacking = others.first(where: { !own.contains($0) }), let names = axis.categories else { continue }
      throw ResultError(
        "one message has no category \(names[lacking - 1]), which another has, and its overflow may be of it: count the window again with the same categories"
      )
    }
  }

  private static func summary(_ axis: ResultAxis) -> String {
    if let categories = axis.categories { return "\(categories.count) categories" }
    return "\(axis.count) bins from \(axis.edges[0]) to \(axis.edges[axis.count])"
  }
}

/// Where the bins of two histograms are in that of both, over one axis or two.
struct BinUnion {
  let size: Int
  private let mine: [Int]
  private let theirs: [Int]

  init(_ axis: AxisUnion) {
    size = axis.axis.count + 2
    (mine, theirs) = (axis.mine, axis.theirs)
  }

  /// In the order of ``BinGrid``.
  init(_ x: AxisUnion, _ y: AxisUnion) {
    let height = y.axis.count + 2
    size = (x.axis.count + 2) * height
    func places(_ xs: [Int], _ ys: [Int]) -> [Int] { xs.flatMap { column in ys.map { column * height + $0 } } }
    mine = places(x.mine, y.mine)
    theirs = places(x.theirs, y.theirs)
  }

  func sum(_ a: [UInt64], _ b: [UInt64]) throws(ResultError) -> [UInt64] {
    var sums = [UInt64](repeating: 0, count: size)
    for (value, place) in zip(a, mine) { sums[place] = value }
    for (value, place) in zip(b, theirs) { sums[place] = try sumOfCounts(sums[place], value) }
    return sums
  }

  func sum(_ a: [Double], _ b: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: size)
    for (value, place) in zip(a, mine) { sums[place] = value }
    for (value, place) in zip(b, theirs) { sums[place] += value }
    return sums
  }

  func sum(_ a: [Spread], _ b: [Spread]) throws(ResultError) -> [Spread] {
    var sums = [Spread](repeating: Spread(), count: size)
    for (spread, place) in zip(a, mine) { sums[place] = spread }
    for (spread, place) in zip(b, theirs) {
      sums[place].add(spread, total: try sumOfCounts(sums[place].count, spread.count))
    }
    return sums
  }
}

/// The sum of two counts. Throws where it needs more than 64 bits, which no counting comes to.
package func sumOfCounts(_ a: UInt64, _ b: UInt64) throws(ResultError) -> UInt64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  guard !overflow else { throw ResultError("a count is beyond 64 bits") }
  return sum
}
