# Prints the results that count of a log of results, in their order; docs/delivery.md says which do.
#
#     kcat -C -b localhost:9092 -t dt-results -p 0 -e -q | jq -c -R -n -f docs/examples/accepted.jq
#
# Partition 0 of the topic is the log. It may begin anywhere: the first message of each partition of the input is
# believed. With `--argjson whole true` before `-f` it is not, for a log that has all its messages. Needs jq 1.6.
#
# With `-R`, jq skips lines that are not JSON. Without `-R`, it stops at such a line. If lines are longer than 64 kB, use
# it without `-R`: a fault of jq may damage a letter that is not ASCII (https://github.com/jqlang/jq/issues/2259).

# What a message must be like. All readers skip the same messages, so they check each field that they know. jq keeps
# numbers as doubles: it does not tell 1.0 from 1, and numbers beyond 2^53 are rounded.
def object: type == "object";
def text: type == "string";
def truth: type == "boolean";
def list(is_right): type == "array" and all(.[]; is_right);
def by_name(is_right): object and all(.[]; is_right);
def if_there($key; is_right): (has($key) | not) or (.[$key] | is_right);
def place: type == "number" and floor == . and fabs <= 4611686018427387904;
def count: type != "number" or (floor == . and . >= 0 and . < 18446744073709551616);
def edge: type == "number" or text;
def range: list(place) and length == 2 and .[0] <= .[1];
def digest: text and test("^([+]?0*[0-9a-fA-F]{1,16}|-0+)$");
def mark: type == "array" and length == 2 and (.[0] | place) and (.[1] | digest);
def cut: object and if_there("kind"; text) and if_there("of"; text) and if_there("length"; type == "number");
def position:
  if_there("resume"; place) and if_there("read"; place) and if_there("last"; place) and if_there("mark"; mark)
  and if_there("cut"; cut);
def state:
  object and if_there("epoch"; place) and if_there("number"; place) and if_there("idle"; truth) and position;
def window:
  cut and (.index | place) and (.kind | IN("every", "rows", "span", "all")) and if_there("start"; edge)
  and if_there("end"; edge);
def source:
  object and if_there("name"; text) and if_there("topic"; text) and if_there("partitions"; place)
  and if_there("offsets"; by_name(range)) and if_there("resume"; by_name(place)) and if_there("read"; by_name(place))
  and if_there("last"; by_name(place)) and if_there("marks"; by_name(mark)) and if_there("gaps"; by_name(list(range)));
def covers: object and if_there("input"; text) and if_there("partitions"; by_name(state));
def claim: object and if_there("epoch"; place) and if_there("number"; place) and if_there("covers"; covers);
def result:
  (.pipeline | text) and if_there("run"; text) and if_there("format"; IN("json", "uhi")) and if_there("error"; text)
  and if_there("partial"; truth) and (.window | window) and (.counts | by_name(count)) and (.source | source)
  and if_there("claim"; claim);
def claim_or_tick:
  (.pipeline | text) and if_there("run"; text) and (.claim | object and (.epoch | place) and (.input | text)
  and if_there("number"; place) and if_there("idle"; by_name(truth)) and if_there("after"; by_name(place))
  and (has("after") or (has("number") and has("idle"))));

# What a message says: whose claim it belongs to, and which partitions it is about. Null for what changes nothing.
def said:
  if object | not then null
  elif .schema == "hitmon.results/1" and result then
    {input: (.source.topic // ""), partitions: (.source.resume // {} | keys)}
    + (.claim // {} | if .covers then
        .covers | {input: (.input // ""), partitions: (.partitions // {} | map_values(select(.resume)) | keys)}
      else {} end)
    + if .claim then .claim | {epoch: (.epoch // 0), number: (.number // 0)} else {} end
  elif .schema == "hitmon.claim/1" and claim_or_tick then
    .claim | {input, epoch, number, after, partitions: (.after // .idle | keys)}
  elif .schema | text and startswith("hitmon.results/") and . != "hitmon.results/1" then
    error("the message has the schema `\(.schema)`, and this program reads `hitmon.results/1`")
  else null
  end;

# Whether a message is the next one of a partition, of which the input is known: its claim, and the last number.
def follows($said; $partition):
  if . == null and ($ARGS.named.whole | not) then true
  elif $said.after then
    ((.epoch // 0) == $said.after[$partition] or (.unsure and $said.after[$partition] > .epoch))
    and $said.epoch > $said.after[$partition]
  elif .unsure and [$said.epoch, $said.number] > [.epoch, .number] then true
  else .epoch == $said.epoch and $said.epoch > 0 and .number == $said.number - 1
  end;

# Whether a message counts, by what is known of all partitions of its input.
def counts($said):
  . as $known
  | if $said.epoch == null then all($said.partitions[]; ($known[.].epoch // 0) <= 0)
    else
      ($said.partitions | length) > 0
      and all($said.partitions[]; . as $partition | $known[$partition] | follows($said; $partition))
    end;

# With `-R`, a message is a line of text.
foreach (inputs | if text then ([fromjson?] | .[]) else . end) as $message (
  {};
  ($message | said) as $said
  | .result = null
  | if $said == null then .
    elif .known[$message.pipeline][$said.input] | counts($said) then
      reduce $said.partitions[] as $partition (.;
        .known[$message.pipeline][$said.input][$partition] |= {
          epoch: ($said.epoch // 0), number: ($said.number // 0),
          unsure: (
            if . == null then
              $said.epoch != null and ($ARGS.named.whole | not) and ($said.after == null or $said.after[$partition] > 0)
            elif $said.after and .epoch == $said.after[$partition] then false
            else .unsure
            end)
        })
      | if $message.schema == "hitmon.results/1" then .result = $message else . end
    else .
    end;
  .result // empty
)
