# Prints the results that count of a log of results, in their order; docs/delivery.md says which do.
#
#     kcat -C -b localhost:9092 -t dt-results -p 0 -e -q | jq -c -n -f docs/examples/accepted.jq
#
# Partition 0 of the topic is the log. It may begin anywhere: the first message of each partition of the input is
# believed. With `--argjson whole true` before `-f` it is not, for a log that has all its messages. Needs jq 1.6.

# What a message says: whose claim it belongs to, and which partitions it is about. Null for what changes nothing.
def said:
  if type != "object" then null
  elif .schema == "hitmon.results/1" then
    if .claim == null then {input: (.source.topic // ""), partitions: (.source.resume // {} | keys)}
    elif .claim.covers then
      {input: (.claim.covers.input // ""), partitions: (.claim.covers.partitions | map_values(select(.resume)) | keys)}
      + (.claim | {epoch, number})
    else {input: (.source.topic // ""), partitions: (.source.resume // {} | keys)} + (.claim | {epoch, number})
    end
  elif .schema == "hitmon.claim/1" and .claim then
    .claim | {input, epoch, number, after, partitions: (.after // .idle // {} | keys)}
  elif .schema | type == "string" and startswith("hitmon.results/") then
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
  | if $said.epoch == null then all($said.partitions[]; ($known[.].epoch // 0) == 0)
    else
      ($said.partitions | length) > 0
      and all($said.partitions[]; . as $partition | $known[$partition] | follows($said; $partition))
    end;

foreach inputs as $message (
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
