import Synchronization

/// How many points of a window all workers have gathered: together they need no more than one alone would.
final class PointBounds: Sendable {
  private struct Cell {
    var count = 0
    var highest = -Double.infinity
  }

  private let cells = Mutex<[Cell]>([])

  /// Notes what a worker added to its list of a cell. Gives the x beyond which no point can be among the `limit` smallest;
  /// infinite while there are too few.
  func note(_ cell: Int, _ news: (count: Int, highest: Double), limit: Int) -> Double {
    cells.withLock { cells in
      while cells.count <= cell { cells.append(Cell()) }
      cells[cell].count += news.count
      cells[cell].highest = max(cells[cell].highest, news.highest)
      return cells[cell].count >= limit ? cells[cell].highest : .infinity
    }
  }
}
