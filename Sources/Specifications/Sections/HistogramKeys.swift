/// The keys that several kinds of histograms have, and those by which the page tells what a histogram shows. Each kind
/// stands in a file of its own, with the keys that only it has.
package enum HistogramKeys {
  package static let of = TypedKey.oneOrMore(
    "of", of: .expression, required: true, "The expression to plot; two of them make a 2D histogram, x then y.")
  package static let against = TypedKey.oneOrMore(
    "against", of: .expression, required: true,
    "The expression on the x axis; two of them, x then y, make a map of means.")
  package static let bins = TypedKey.oneOrMore(
    "bins", of: .binning, required: true,
    "`64 from 0 to 64`, `140 from -100 ns to 600 ns`, `60 log from 1 ns to 1 ms`, a list of edges, `integers 0..63`, `categories 2, 5`; two of them for a 2D histogram."
  )
  package static let per = TypedKey.identifier(
    "per",
    "A column: one set of counts for each of its values, published as NAME/VALUE. Rows without a value are in none.")
  package static let condition = TypedKey.condition("where", "Only rows that meet this condition count.")
  package static let title = TypedKey.text("title", "What stands above the plot; the name if left out.")
  package static let description = TypedKey.text(
    "description", "What the shift should know of it; it stands beside the plot on the dashboard.")
  package static let weight = TypedKey.expression(
    "weight", "What a row counts for, instead of 1. The sums of squared weights are published too.")
  package static let label = TypedKey.text("label", "What stands at the x axis; the expression if left out.")

  /// Those that every kind has.
  package static let common: [any KeyDeclaration] = [per, condition, title, description]
}
