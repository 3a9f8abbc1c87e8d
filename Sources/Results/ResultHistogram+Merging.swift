import ChainExecution

extension ResultHistogram {
  /// Adds the same histogram of other rows. Throws where its form or its bins differ, or where one of the two may have
  /// counted a category of the other as overflow.
  ///
  /// - Parameter pointLimit: the most points that are kept, those of the smallest x.
  package mutating func add(_ other: ResultHistogram, pointLimit: Int?) throws(ResultError) {
    switch (content, other.content) {
    case (.bins(var mine), .bins(let theirs)):
      try mine.add(theirs)
      content = .bins(mine)
    case (.map(var mine), .map(let theirs)):
      try mine.add(theirs)
      content = .map(mine)
    case (.profile(var mine), .profile(let theirs)):
      try mine.add(theirs)
      content = .profile(mine)
    case (.points(var mine), .points(let theirs)):
      try mine.add(theirs, limit: pointLimit)
      content = .points(mine)
    default: throw ResultError("its form differs from that of the other messages of the window")
    }
    // The pipeline may have been edited between two messages; whichever comes first, the same title stays.
    title = min(title, other.title)
  }
}

extension ResultHistogram.Bins {
  fileprivate mutating func add(_ other: Self) throws(ResultError) {
    let union = try AxisUnion(axis, other.axis)
    try union.check(overflows: overflows, other.overflows)
    entries = try union.sum(entries, other.entries)
    switch (weights, other.weights) {
    case (nil, nil): break
    case (let mine?, let theirs?): weights = union.sum(mine, theirs)
    default: throw ResultError("it has weights in one message and none in another")
    }
    unknown = try sum(unknown, other.unknown)
    axis = union.axis
  }
}

extension ResultHistogram.Bins {
  /// Whether anything was filled into the overflow. A message does not say how many rows with weights were.
  private var overflows: Bool {
    entries.last != 0 || weights.map { $0.sums.last != 0 || $0.squares.last != 0 } ?? false
  }
}

extension ResultHistogram.Map {
  fileprivate mutating func add(_ other: Self) throws(ResultError) {
    let xUnion = try AxisUnion(x, other.x), yUnion = try AxisUnion(y, other.y)
    try xUnion.check(overflows: overflowsX, other.overflowsX)
    try yUnion.check(overflows: overflowsY, other.overflowsY)
    let height = yUnion.axis.count + 2, size = (xUnion.axis.count + 2) * height
    func places(_ xPlaces: [Int], _ yPlaces: [Int]) -> [Int] {
      xPlaces.flatMap { column in yPlaces.map { column * height + $0 } }
    }
    let mine = places(xUnion.mine, yUnion.mine), theirs = places(xUnion.theirs, yUnion.theirs)
    func sum(_ a: [Double], _ b: [Double]) -> [Double] {
      var sums = [Double](repeating: 0, count: size)
      for (value, place) in zip(a, mine) { sums[place] = value }
      for (value, place) in zip(b, theirs) { sums[place] += value }
      return sums
    }
    switch (weights, other.weights) {
    case (nil, nil): break
    case (let a?, let b?):
      var entries = [UInt64](repeating: 0, count: size)
      for (value, place) in zip(a.entries, mine) { entries[place] = value }
      for (value, place) in zip(b.entries, theirs) { entries[place] = try Results.sum(entries[place], value) }
      weights = Weights(entries: entries, squares: sum(a.squares, b.squares))
    default: throw ResultError("it has weights in one message and none in another")
    }
    values = sum(values, other.values)
    unknown = try Results.sum(unknown, other.unknown)
    (x, y) = (xUnion.axis, yUnion.axis)
  }
}

extension ResultHistogram.Map {
  /// Whether anything was filled into the overflow of x.
  private var overflowsX: Bool { isFilled((x.count + 1) * (y.count + 2)..<values.count) }

  /// Whether anything was filled into the overflow of y.
  private var overflowsY: Bool { isFilled(stride(from: y.count + 1, to: values.count, by: y.count + 2)) }

  private func isFilled(_ places: some Sequence<Int>) -> Bool {
    places.contains { place in
      values[place] != 0 || weights.map { $0.entries[place] != 0 || $0.squares[place] != 0 } ?? false
    }
  }
}

extension ResultHistogram.Profile {
  fileprivate mutating func add(_ other: Self) throws(ResultError) {
    let union = try AxisUnion(axis, other.axis)
    try union.check(overflows: spreads.last?.count != 0, other.spreads.last?.count != 0)
    guard y.unit == other.y.unit else {
      throw ResultError("its mean is in `\(y.unit)` in one message and in `\(other.y.unit)` in another")
    }
    var sums = [Spread](repeating: Spread(), count: union.axis.count + 2)
    for (spread, place) in zip(spreads, union.mine) { sums[place] = spread }
    for (spread, place) in zip(other.spreads, union.theirs) {
      sums[place].add(spread, total: try sum(sums[place].count, spread.count))
    }
    spreads = sums
    unknown = try sum(unknown, other.unknown)
    axis = union.axis
  }
}

extension ResultHistogram.Points {
  /// Points of one x in both stay two: a group lies in one partition, so they are points of two rows.
  fileprivate mutating func add(_ other: Self, limit: Int?) throws(ResultError) {
    guard axis.unit == other.axis.unit, y.unit == other.y.unit else {
      throw ResultError("its points have other units in another message")
    }
    points = (points + other.points).sorted(by: ResultHistogram.Point.precedes)
    omitted = try sum(omitted, other.omitted)
    if let limit, points.count > limit {
      omitted = try sum(omitted, UInt64(points.count - limit))
      points.removeLast(points.count - limit)
    }
  }
}

/// The sum of two counts. Throws where it needs more than 64 bits, which no counting comes to.
func sum(_ a: UInt64, _ b: UInt64) throws(ResultError) -> UInt64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  guard !overflow else { throw ResultError("a count is beyond 64 bits") }
  return sum
}

/// One axis for the bins of two.
private struct AxisUnion {
  var axis: ResultAxis
  /// For each bin of the two, flow bins included, its place in the union.
  var mine: [Int]
  var theirs: [Int]

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
    let all = Set(names).union(others).sorted { ResultHead.inOrder($0, $1) }
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

  func sum(_ a: [UInt64], _ b: [UInt64]) throws(ResultError) -> [UInt64] {
    var sums = [UInt64](repeating: 0, count: axis.count + 2)
    for (value, place) in zip(a, mine) { sums[place] = value }
    for (value, place) in zip(b, theirs) { sums[place] = try Results.sum(sums[place], value) }
    return sums
  }

  func sum(_ a: ResultHistogram.Moments, _ b: ResultHistogram.Moments) -> ResultHistogram.Moments {
    ResultHistogram.Moments(sums: sum(a.sums, b.sums), squares: sum(a.squares, b.squares))
  }

  private func sum(_ a: [Double], _ b: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: axis.count + 2)
    for (value, place) in zip(a, mine) { sums[place] = value }
    for (value, place) in zip(b, theirs) { sums[place] += value }
    return sums
  }
}
