namespace Obstat.Cli.Demo;

/// <summary>One request of the gateway and the plane's answer to it, as the relay sees them.</summary>
/// <param name="Path">Where the request goes.</param>
/// <param name="Request">Its body.</param>
/// <param name="Answer">The answer's body.</param>
internal sealed record Exchange(string Path, byte[] Request, byte[] Answer);
