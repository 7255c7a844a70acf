using System.Text.Json;
using Obstat.Console.Api;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>What a demo that runs on this plane tells of itself, in a file beside the plane's sockets. It is shown, and nothing rests on it. One that was not written lately is of a demo that is over, and is not shown.</summary>
internal sealed class DemoFace(InstallationPaths paths, TimeProvider clock)
{
    private const int BytesMax = 64 * 1024;
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    /// <summary>What it tells; null where no demo runs.</summary>
    public DemoView? Show()
    {
        if (!File.Exists(paths.Demo))
        {
            return null;
        }

        try
        {
            using var file = new FileStream(paths.Demo, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return file.Length <= BytesMax && JsonSerializer.Deserialize(file, ApiJson.Default.DemoView) is { } demo && (clock.GetUtcNow() - demo.At).Duration() <= FreshFor ? demo : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
