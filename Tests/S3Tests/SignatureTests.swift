import Testing

@testable import S3

/// Signatures against published values; tests in Python hold whole requests against botocore's own signer.
@Suite struct SignatureTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]) func digestsAreThoseOfTheStandard(message: String, digest: String) {
    #expect(hexadecimal(SHA256.digest(Array(message.utf8))) == digest)
  }

  /// RFC 4231, cases 1, 2 and 6: the last has a key longer than a block.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ]) func authenticatesAsTheStandard(key: [UInt8], message: String, digest: String) {
    #expect(hexadecimal(SHA256.authenticate(Array(message.utf8), key: key)) == digest)
  }

  @Test func theBytesOfAKeyEndAtABlock() {
    for count in [55, 56, 63, 64, 65] {
      let key = [UInt8](repeating: 7, count: count)
      // A key is followed by zeros, so that these are the same as long as it fits into a block.
      let same = SHA256.authenticate([1], key: key) == SHA256.authenticate([1], key: key + [0])
      #expect(same == (count < 64))
    }
  }

  /// The example "GET Bucket (List Objects)" of Amazon's description of signatures in header fields.
  @Test func signsAsAmazonsExample() {
    let signature = Signature(
      credentials: S3Credentials(
        key: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", origin: "the example"),
      region: "us-east-1")
    let fields = signature.fields(
      host: "examplebucket.s3.amazonaws.com", path: "/", query: "max-keys=2&prefix=J", time: 1_369_353_600)
    #expect(fields.map(\.name) == ["host", "x-amz-content-sha256", "x-amz-date", "authorization"])
    #expect(fields[2].value == "20130524T000000Z")
    #expect(
      fields[3].value == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
    (1_735_689_599, "20241231T235959Z"), (4_107_542_400, "21000301T000000Z"), (1_795_392_000, "20261123T000000Z"),
  ]) func timesAreWrittenInTheCalendar(time: Int, stamp: String) {
    #expect(Signature.stamp(time) == stamp)
  }

  @Test func secretsAreNotPrinted() {
    let credentials = S3Credentials(key: "KEY", secret: "SECRET", token: "TOKEN", origin: "AWS_ACCESS_KEY_ID")
    var dumped = ""
    dump(credentials, to: &dumped)
    for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
      #expect(!text.contains("SECRET") && !text.contains("TOKEN"), "\(text)")
    }
  }
}
