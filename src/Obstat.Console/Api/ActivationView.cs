using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>A snapshot that came into force.</summary>
/// <param name="Entry">The entry that says so.</param>
/// <param name="Time">When.</param>
/// <param name="Snapshot">Digest of the snapshot, hex.</param>
/// <param name="Law">Digest of its law, hex; null where none decides.</param>
/// <param name="Changed">The parts that changed.</param>
/// <param name="By">Who put it in force.</param>
public sealed record ActivationView(long Entry, DateTimeOffset Time, string Snapshot, string? Law, ImmutableArray<string> Changed, string By);
