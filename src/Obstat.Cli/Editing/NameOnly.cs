using System.Text.Json.Serialization;

namespace Obstat.Cli.Editing;

/// <summary>Writes one string as JSON, without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class NameOnly : JsonSerializerContext;
