using System.Diagnostics.CodeAnalysis;
using Obstat.Cli.Installing;
using Obstat.Proof.Jws;
using Obstat.Proof.Pins;
using Obstat.Settings;

namespace Obstat.Cli.Pinning;

/// <summary>The signed pins of a server: read under this installation's operator key, written by it.</summary>
internal static class PinFile
{
    /// <summary>Reads a pin. No file: true and null.</summary>
    public static bool TryRead(InstallationSettings settings, string server, out PinStatement? pin, [NotNullWhen(false)] out string? reason)
    {
        (pin, reason) = (null, null);
        var path = settings.Paths.Pin(server);
        if (!File.Exists(path))
        {
            return true;
        }

        if (KeyFiles.TryRead(settings.Paths.OperatorKey, KeyRole.Operator, out var key, out reason) && PrivateFile.TryRead(path, PinStatement.BytesMax, out var bytes, out reason)
            && !PinStatement.TryVerify(bytes, [key.Public], out pin, out reason))
        {
            reason = $"{path}: {reason}";
        }

        return pin is not null;
    }

    /// <summary>Signs and writes a pin, in the place of the one before.</summary>
    public static bool TryWrite(InstallationSettings settings, string server, PinStatement pin, [NotNullWhen(false)] out string? reason)
    {
        if (!KeyFiles.TryRead(settings.Paths.OperatorKey, KeyRole.Operator, out var key, out reason) || !PrivateFolder.Prepare(settings.Paths.Pins, out reason))
        {
            return false;
        }

        PrivateFile.Replace(settings.Paths.Pin(server), pin.Sign(key));
        return true;
    }
}
