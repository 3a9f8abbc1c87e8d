import Testing

@testable import Emulation

/// The values are those of Kafka's own test, UtilsTest.testMurmur2.
@Suite struct MurmurTests {
  @Test(
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
      ("a-little-bit-longer-string", -1_486_304_829),
      ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ] as [(String, Int32)])
  func `The hash is that of Kafka's Java client`(text: String, hash: Int32) {
    #expect(Array(text.utf8).withUnsafeBytes { murmur2($0) } == UInt32(bitPattern: hash))
  }

  @Test func `The partition is the hash without its sign`() {
    // 0x7fffffff & -973932308 is 1173551340.
    #expect(Array("21".utf8).withUnsafeBytes { partition(forKey: $0, of: 7) } == 1_173_551_340 % 7)
    #expect(Array("abc".utf8).withUnsafeBytes { partition(forKey: $0, of: 4) } == 479_470_107 % 4)
    #expect(Array("abc".utf8).withUnsafeBytes { partition(forKey: $0, of: 1) } == 0)
    #expect([UInt8]().withUnsafeBytes { partition(forKey: $0, of: 4) } < 4)
  }
}
