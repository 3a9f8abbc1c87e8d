import Testing

@testable import S3

/// Where the store and the keys are looked for.
@Suite struct AccessTests {
  private func access(
    _ change: (inout S3Settings) -> Void = { _ in }, bucket: String = "hits", variables: [String: String] = [:],
    files: [String: String] = [:]
  ) throws(S3Error) -> S3Access {
    var settings = S3Settings()
    change(&settings)
    return try S3Access(
      settings, bucket: bucket, environment: S3Environment(variable: { variables[$0] }, file: { files[$0] }))
  }

  private static let keys = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"]

  @Test func withoutAnythingItIsAmazons() throws {
    let found = try access()
    #expect(found.endpoint.name == "https://s3.us-east-1.amazonaws.com")
    #expect(found.credentials == nil && found.hasFoundNoKeys && found.hasBucketInHost)
    #expect(try access({ $0.region = "cn-north-1" }).endpoint.host == "s3.cn-north-1.amazonaws.com.cn")
    #expect(try !access(bucket: "my.hits").hasBucketInHost)
    #expect(try !access({ $0.isAnonymous = true }).hasFoundNoKeys)
  }

  @Test func settingsGoBeforeVariablesAndThoseBeforeProfiles() throws {
    let files = [
      "/home/a/.aws/config": "[default]\nregion = r3\nendpoint_url = http://e3\nca_bundle = c3\n",
      "/home/a/.aws/credentials": "[default]\naws_access_key_id = B\naws_secret_access_key = T\n",
    ]
    let home = ["HOME": "/home/a"]
    let third = try access(variables: home, files: files)
    #expect(third.region == "r3" && third.endpoint.name == "http://e3" && third.certificates == "c3")
    #expect(third.credentials?.key == "B")
    #expect(third.credentials?.origin == "profile `default` of /home/a/.aws/credentials")
    #expect(!third.hasBucketInHost)
    let variables = home.merging(Self.keys) { $1 }.merging([
      "AWS_REGION": "r2", "AWS_ENDPOINT_URL": "http://e", "AWS_ENDPOINT_URL_S3": "http://e2", "AWS_CA_BUNDLE": "c2",
      "AWS_SESSION_TOKEN": "X",
    ]) { $1 }
    let second = try access(variables: variables, files: files)
    #expect(second.region == "r2" && second.endpoint.name == "http://e2" && second.certificates == "c2")
    #expect(second.credentials?.key == "A" && second.credentials?.token == "X")
    let first = try access(
      {
        ($0.region, $0.endpoint, $0.certificates, $0.profile) = ("r1", "http://e1/", "c1", "default")
        $0.style = .host
      }, variables: variables, files: files)
    #expect(first.region == "r1" && first.endpoint.name == "http://e1" && first.certificates == "c1")
    #expect(first.credentials?.key == "B" && first.hasBucketInHost)
  }

  @Test func profilesAreReadAsAmazonsToolsReadThem() throws {
    let file = ProfileFile(
      """
      ; a comment
      lost = 1
      [ default ]
      a = 1
      [profile lab]
      # another
      A=x = y
      s3 =
        region = inner
      region = outer
      """)
    #expect(file["default"] == ["a": "1"])
    #expect(file["lab"] == ["a": "x = y", "s3": "", "region": "outer"])
    #expect(file["other"] == nil)
  }

  @Test(arguments: [
    (["AWS_PROFILE": "lab"], "there is no profile `lab`"),
    (["AWS_ACCESS_KEY_ID": "A"], "AWS_SECRET_ACCESS_KEY is not"),
    (["AWS_ACCESS_KEY_ID": "A\nB", "AWS_SECRET_ACCESS_KEY": "S"], "have blanks or other signs"),
    (["AWS_ENDPOINT_URL": "ftp://x"], "not of the form https://HOST:PORT"),
    (["AWS_REGION": "a b"], "region"),
  ]) func whatIsWrongIsSaid(variables: [String: String], words: String) throws {
    let error = #expect(throws: S3Error.self) { try access(variables: variables) }
    #expect(error?.kind == .settings)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("https://Store.example.org", "https://store.example.org"), ("http://h:80/", "http://h"),
    ("https://h:443/a/b/", "https://h/a/b"), ("http://h:443", "http://h:443"),
    ("http://[::1]:9000", "http://[::1]:9000"),
  ]) func addresses(text: String, name: String) {
    #expect(Endpoint(text)?.name == name)
  }

  @Test(arguments: [
    "", "store", "ftp://store", "https://", "https://h:0", "https://h:99999", "https://h:x", "https://:1",
    "https://user:secret@h", "https://h?x", "https://h/a b", "https://h\r\nx",
  ]) func noAddresses(text: String) {
    #expect(Endpoint(text) == nil)
  }

  @Test func placesOfObjects() {
    #expect(S3Place("s3://hits/data_/x") == S3Place(bucket: "hits", prefix: "data_/x"))
    #expect(S3Place("s3://hits") == S3Place(bucket: "hits", prefix: ""))
    #expect(S3Place("s3://hits//x") == S3Place(bucket: "hits", prefix: "/x"))
    for text in ["s3://", "s3:///x", "s3://a b/x", "s3://../x", "S3x", "hits/data"] { #expect(S3Place(text) == nil) }
    #expect(S3Place(bucket: "hits", prefix: "a\u{1B}[2J\nü").name == "s3://hits/a%1B[2J%0Aü")
  }

  @Test func addressesOfObjects() throws {
    func address(_ access: S3Access, _ key: String?) -> String {
      S3Client(access, bucket: "hits").request(key: key, query: key == nil ? [("a", "b +/&"), ("c", "")] : []).address
    }
    let path = try access({ $0.endpoint = "http://h:9000/s3" })
    #expect(address(path, "a/../b+ c%ü~(") == "http://h:9000/s3/hits/a/../b%2B%20c%25%C3%BC~%28")
    #expect(address(path, nil) == "http://h:9000/s3/hits?a=b%20%2B%2F%26&c=")
    let host = try access()
    #expect(address(host, "/x") == "https://hits.s3.us-east-1.amazonaws.com//x")
    #expect(address(host, nil) == "https://hits.s3.us-east-1.amazonaws.com/?a=b%20%2B%2F%26&c=")
  }
}
