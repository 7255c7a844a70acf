namespace Obstat.Console.Serving;

/// <summary>Where the pages stand and where they ask.</summary>
/// <param name="Api">The address of the read API, as <c>http://127.0.0.1:7070/</c>. Pages know nothing but what it answers.</param>
/// <param name="Authorities">The <c>Host</c> headers that are served, as <c>127.0.0.1:7070</c>; any other is refused: a name that was pointed here is not ours.</param>
/// <param name="IsDevelopment">Whether <c>/styleguide</c> is there.</param>
public sealed record ConsoleOptions(Uri Api, IReadOnlyCollection<string> Authorities, bool IsDevelopment);
