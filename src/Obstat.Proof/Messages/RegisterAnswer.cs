using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The plane's answer to a registration.</summary>
/// <param name="Index">Index of the point's <c>enforcement-point</c> entry.</param>
/// <param name="Receipt">Receipt of that entry.</param>
/// <param name="Consistency">That the head of the receipt goes on from the one of size <see cref="RegisterRequest.Seen"/>; empty where nothing was seen or nothing grew.</param>
/// <param name="Formats">What the plane will write for this point.</param>
/// <param name="KeySet">The plane's working keys, a token signed by its root.</param>
/// <param name="HeadKey">vkey of the ledger's heads, the newest; believed only if it is the pinned one, or follows from it by <see cref="Rotation"/>.</param>
/// <param name="Rotation">While two head keys overlap: receipt of the entry that announces <see cref="HeadKey"/>, under a head that both signed. Null otherwise.</param>
/// <param name="Snapshot">Digest of the snapshot in force.</param>
/// <param name="Epoch">Fencing epoch of the plane's sequencer.</param>
/// <param name="OrdersHead">Number of the last order.</param>
/// <param name="AskMs">How long an ask may take, in ms.</param>
/// <param name="SilenceMs">How long the plane may be silent before nothing starts, in ms.</param>
public sealed record RegisterAnswer(
    long Index, JsonValue Receipt, ImmutableArray<Digest> Consistency, ChosenFormats Formats, string KeySet, string HeadKey, JsonValue? Rotation, Digest Snapshot, long Epoch, long OrdersHead, int AskMs, int SilenceMs) : IPlaneMessage<RegisterAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("index", JsonValue.Of(Index)), ("receipt", Receipt),
        ("consistency", JsonValue.Strings(Consistency.Select(hash => hash.ToBase64()))), ("formats", Formats.ToJson()), ("key_set", JsonValue.Of(KeySet)),
        ("head_key", JsonValue.Of(HeadKey)), ("rotation", Rotation ?? JsonValue.Null), ("snapshot", JsonValue.Of(Snapshot.ToHex())), ("epoch", JsonValue.Of(Epoch)), ("orders_head", JsonValue.Of(OrdersHead)),
        ("limits", JsonValue.Object(("ask_ms", JsonValue.Of(AskMs)), ("silence_ms", JsonValue.Of(SilenceMs)))));

    /// <inheritdoc/>
    public static RegisterAnswer Read(JsonFields fields)
    {
        var limits = fields.Fields("limits");
        var read = new RegisterAnswer(fields.Integer("index"), fields.Object("receipt"), FieldsOf.Hashes(fields, "consistency"), ChosenFormats.Read(fields, "formats"), fields.Text("key_set", 16384), fields.Text("head_key", 512),
            fields.ObjectOrNull("rotation"), fields.HexDigest("snapshot"), fields.Integer("epoch"), fields.Integer("orders_head"), (int)limits.Integer("ask_ms", 1, 60_000), (int)limits.Integer("silence_ms", 1, 60_000));
        FieldsOf.Finish(fields, "limits", limits);
        return read;
    }
}
