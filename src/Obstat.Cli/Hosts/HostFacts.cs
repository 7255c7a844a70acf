using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Cli.Hosts;

/// <summary>What <c>hosts.json</c> says of an agent host.</summary>
/// <param name="Name">As the command line takes it.</param>
/// <param name="Title">As people call it.</param>
/// <param name="VersionCommand">What prints its version.</param>
/// <param name="Minimum">The oldest version that can be connected.</param>
/// <param name="MinimumWhy">Why no older one.</param>
/// <param name="MinimumSource">Where that is stated, or that nobody states it.</param>
/// <param name="Servers">Where it keeps the tool servers that it starts; the first is the project's.</param>
/// <param name="Entry">Members of an entry beside command and args.</param>
/// <param name="Hook">Its hooks before a tool runs; null: it has none.</param>
/// <param name="Shell">How its own shell tool is closed; null: nothing is known of it.</param>
internal sealed record HostFacts(
    string Name, string Title, ImmutableArray<string> VersionCommand, string Minimum, string MinimumWhy, string MinimumSource, ImmutableArray<ServerPlace> Servers, JsonValue Entry, HookFacts? Hook, ShellFacts? Shell)
{
    private static readonly ImmutableArray<HostFacts> Known = Load();

    /// <summary>All hosts, in the order of the file.</summary>
    public static ImmutableArray<HostFacts> All => Known;

    private static ImmutableArray<HostFacts> Load()
    {
        using var stream = typeof(HostFacts).Assembly.GetManifestResourceStream("Obstat.Cli.Hosts.hosts.json")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return StrictJson.TryParse(memory.ToArray(), JsonRules.Settings, JsonLimits.Intake, out var file, out var error)
            ? [.. file["hosts"]!.Items.Select(Read)]
            : throw new InvalidOperationException($"hosts.json: {error}");
    }

    private static HostFacts Read(JsonValue host) => new(
        Text(host, "name"), Text(host, "title"), Texts(host["version"]!, "command"), Text(host["version"]!, "minimum"), Text(host["version"]!, "why"), Text(host["version"]!, "source"),
        [.. host["servers"]!.Items.Select(s => new ServerPlace(Text(s, "scope"), Text(s, "file"), Texts(s, "at")))], host["entry"]!,
        host["hook"] is not { } hook ? null : new HookFacts(Text(hook, "file"), Texts(hook, "at"), hook["beside"] ?? JsonValue.EmptyObject, hook["item"]!, Texts(hook, "within"), Text(hook, "command"), Text(hook, "failClosed"), hook["event"]!),
        host["shell"] is not { } shell ? null : new ShellFacts(
            Texts(shell, "files"), [.. shell["closed"]!.Items.Select(c => (Texts(c, "at"), c["holds"]?.AsString, c["is"]))], Text(shell, "fix")));

    private static string Text(JsonValue of, string name) => of[name]?.AsString ?? throw new InvalidOperationException($"hosts.json: {name}");

    private static ImmutableArray<string> Texts(JsonValue of, string name) => [.. of[name]!.Items.Select(i => i.AsString!)];
}
