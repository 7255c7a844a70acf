using Obstat.Core.Identities;

namespace Obstat.Core.Decisions;

/// <summary>The actions of one registered server as authors of policies see them.</summary>
public static class ServerActions
{
    /// <summary>The schema that policies on the server's pinned tools are checked against, in the text form of the language, and why a tool has no part in it.</summary>
    public static (string Schema, IReadOnlyDictionary<string, string> Refused) Describe(PinnedServer server, PolicySettings settings)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(settings);
        var made = ToolInput.SchemaOf(server, settings);
        return (made.Text, made.Refused);
    }
}
