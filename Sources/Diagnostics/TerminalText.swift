extension String {
  /// The text for a line of a terminal. Control characters in it cannot move the cursor, change colours, hide what
  /// follows or begin another line: they are shown as escapes, such as `\u{1B}`.
  package var escapedForTerminal: String { DisplayLine.escaped(self) }

  /// Text of several lines for a terminal: line ends and tabs stay as they are.
  package var escapedLinesForTerminal: String {
    DisplayLine.escaped(self, keeping: { $0 == "\n" || $0 == "\t" })
  }
}
