using System.Text.RegularExpressions;
using Obstat.Wire.Tests;

namespace Obstat.Console.Tests;

/// <summary>An installation worked by its command line, with its console on.</summary>
internal sealed partial class BuiltPlane : IAsyncDisposable
{
    private BuiltPlane(Installation installation, Uri home, Uri everybody) => (Installation, Home, Everybody) = (installation, home, everybody);

    public Installation Installation { get; }

    /// <summary>Where its pages stand.</summary>
    public Uri Home { get; }

    /// <summary>Where its pages for everybody stand.</summary>
    public Uri Everybody { get; }

    public static async Task<BuiltPlane> InitAsync(string template)
    {
        var installation = await Installation.InitAsync(template);
        var (port, open) = (Installation.FreePort(), Installation.FreePort());
        var settings = Path.Combine(installation.Folder, "obstat.json");
        await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings)).Replace("\"console\": null", $"\"console\": \"127.0.0.1:{port}\", \"public\": \"127.0.0.1:{open}\"", StringComparison.Ordinal));
        return new BuiltPlane(installation, new Uri($"http://127.0.0.1:{port}/"), new Uri($"http://127.0.0.1:{open}/"));
    }

    /// <summary>Starts everything and gives the link that <c>up</c> told.</summary>
    public async Task<string> UpAsync()
    {
        await Installation.UpAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (Link().Match(Installation.Said) is { Success: true } link)
            {
                return link.Groups[1].Value;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Another link.</summary>
    public async Task<string> LinkAsync(string role) => (await Installation.RunAsync("console", "link", "--role", role, "--output", "json")).MustExit(0).Json.GetProperty("url").GetString()!;

    public ValueTask DisposeAsync() => Installation.DisposeAsync();

    [GeneratedRegex(@"console \| (http://\S+)")]
    private static partial Regex Link();
}
