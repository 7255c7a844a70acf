namespace Obstat.Revocation.Bench;

/// <summary>The streams of one person, which one trial revokes.</summary>
/// <param name="Person">Whose they are.</param>
/// <param name="Count">How many there are to be.</param>
internal sealed record Group(string Person, int Count)
{
    public List<Stream> Streams { get; } = [];
}
