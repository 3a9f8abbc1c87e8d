import CScan
import Testing

@Suite struct RowTests {
  @Test func rowsOfAllLanes() {
    let table = decode("2,x,4294967295,1.5,a b\n3,y,7,-2,\n", [.int32, .skip, .int64, .float, .text])
    #expect(
      table.rows == [
        [2, 4_294_967_295, .float(1.5), .text("a b")], [3, 7, .float(-2), .text("")],
      ])
    #expect(table.offsets == [0, 23])
    #expect(table.lines == 2 && table.consumed == 33 && table.badCount == 0)
  }

  @Test func lineEndsOfBothKindsAndNoneAtTheEnd() {
    let table = decode("1,2\r\n3,4\n5,6", [.int32, .int32])
    #expect(table.rows == [[1, 2], [3, 4], [5, 6]])
    #expect(table.lines == 3 && table.consumed == 12)
    let long = String(repeating: "1,2.50\r\n", count: 500)
    #expect(decode(long, [.int32, .float]).rows == Array(repeating: [1, .float(2.5)], count: 500))
  }

  @Test func blankAndCommentLinesAreNoRows() {
    let text = "# head\n1\n\n  \t \n  # more\n2\r\n\r\n#\n3"
    let table = decode(text, [.int32], format: Format(comment: "#"))
    #expect(table.rows == [[1], [2], [3]])
    #expect(table.lines == 9 && table.badCount == 0)
  }

  @Test func aCommentWithTheRightNumberOfFieldsIsNoRow() {
    let text = String(repeating: "1,2\n", count: 20) + "//,3\n" + String(repeating: "4,5\n", count: 20)
    let table = decode(text, [.skip, .int32], format: Format(comment: "//"))
    #expect(table.rows == Array(repeating: [2], count: 20) + Array(repeating: [5], count: 20))
  }

  @Test func tabsSeparateEmptyFieldsToo() {
    let table = decode("a\t\t b \n\t\t\n", [.text, .text, .text], format: Format(separator: "\t"))
    #expect(table.rows == [[.text("a"), .text(""), .text("b")], [.text(""), .text(""), .text("")]])
  }

  @Test func runsOfBlanksSeparate() {
    let table = decode("  1 \t 2\n3    4   \n\n5 6 7\n8\n", [.int32, .int32], format: Format(separator: nil))
    #expect(table.rows == [[1, 2], [3, 4]])
    #expect(
      table.bad == [
        Bad(offset: 19, length: 5, line: 3, field: 2, reason: SCAN_LONG),
        Bad(offset: 25, length: 1, line: 4, field: 1, reason: SCAN_SHORT),
      ])
  }

  @Test func quotedFieldsHoldSeparatorsAndQuotes() {
    let text = "\"a,b\",1\n\"say \"\"hi\"\"\" ,\"2\"\nc\"d,3\n \" e \",4\n"
    let table = decode(text, [.text, .int32], format: Format(quote: "\""))
    #expect(
      table.rows == [
        [.text("a,b", quoted: true), 1], [.text("say \"\"hi\"\"", quoted: true), 2], [.text("c\"d"), 3],
        [.text(" e ", quoted: true), 4],
      ])
  }

  @Test func quotesThatDoNotFit() {
    let table = decode("1,\"2\n\"1\"x,2\n\"1\",2\n", [.int32, .int32], format: Format(quote: "\""))
    #expect(table.rows == [[1, 2]])
    #expect(
      table.bad == [
        Bad(offset: 0, length: 4, line: 0, field: 1, reason: SCAN_BAD_QUOTE),
        Bad(offset: 5, length: 6, line: 1, field: 0, reason: SCAN_BAD_QUOTE),
      ])
  }

  @Test func everyReasonWithItsPlace() {
    let text = "1,2,3\n1,2\n1,2,3,4\nx,2,3\n1,2.5,3\n1,300,y\n7,8,9\n"
    let good = String(repeating: "10,20,30\n", count: 100)
    let fields: [Field] = [.int32, .int32.within(0...255), .int64]
    for (padding, lines) in [("", 0), (good, 100)] {
      let table = decode(padding + text, fields)
      let start = padding.utf8.count
      #expect(table.rows.suffix(2) == [[1, 2, 3], [7, 8, 9]])
      #expect(table.rows.count == lines + 2)
      #expect(
        table.bad == [
          Bad(offset: start + 6, length: 3, line: lines + 1, field: 2, reason: SCAN_SHORT),
          Bad(offset: start + 10, length: 7, line: lines + 2, field: 3, reason: SCAN_LONG),
          Bad(offset: start + 18, length: 5, line: lines + 3, field: 0, reason: SCAN_NOT_A_NUMBER),
          Bad(offset: start + 24, length: 7, line: lines + 4, field: 1, reason: SCAN_NOT_AN_INTEGER),
          Bad(offset: start + 32, length: 7, line: lines + 5, field: 1, reason: SCAN_OUT_OF_RANGE),
        ])
    }
  }

  @Test func skippedFieldsAreNotLookedAtButCounted() {
    let table = decode("1,??,\n2,,x\n3,4\n", [.int32, .skip, .skip])
    #expect(table.rows == [[1], [2]])
    #expect(table.bad.map(\.reason) == [SCAN_SHORT])
  }

  @Test func malformedRowsBeyondTheRoomAreOnlyCounted() {
    let table = decode(Array("x\ny\nz\n1\n".utf8), [.int32], badCapacity: 2)
    #expect(table.rows == [[1]])
    #expect(table.badCount == 3 && table.bad.count == 2)
  }

  @Test func stopsWhereTheRowsAreFull() {
    let bytes = Array("1\nx\n2\n3\n".utf8)
    let table = decode(bytes, [.int32], maxRows: 2)
    #expect(table.rows == [[1], [2]])
    #expect(table.consumed == 6 && table.lines == 3)
    #expect(decode(bytes, [.int32], maxRows: 0).consumed == 0)
    #expect(decode([], [.int32]) == Table())
  }

  @Test func offsetsCountFromTheirBase() {
    let table = decode(Array("a,1\nb,x\nc,3\n".utf8), [.text, .int32], offsetBase: 1000)
    #expect(table.offsets == [1000, 1008])
    #expect(table.rows == [[.text("a"), 1], [.text("c"), 3]])
    #expect(table.bad == [Bad(offset: 1004, length: 3, line: 1, field: 1, reason: SCAN_NOT_A_NUMBER)])
  }

  @Test func linesAreCountedAndFound() {
    let bytes = Array(String(repeating: "ab\n", count: 70_000).utf8) + Array("rest".utf8)
    bytes.withUnsafeBytes { raw in
      let text = raw.baseAddress!.assumingMemoryBound(to: CChar.self)
      #expect(scan_count_lines(text, bytes.count) == 70_000)
      #expect(scan_count_lines(text, 7) == 2)
      #expect(scan_behind_line(text, bytes.count, 0) == 0)
      #expect(scan_behind_line(text, bytes.count, 3) == 9)
      #expect(scan_behind_line(text, bytes.count, 70_001) == bytes.count)
      #expect(scan_last_line(text, bytes.count) == 210_000)
      #expect(scan_last_line(text, 2) == 0)
      #expect(scan_last_line(text, 0) == 0)
    }
  }
}
