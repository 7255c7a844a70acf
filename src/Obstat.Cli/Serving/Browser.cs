using System.ComponentModel;
using System.Diagnostics;

namespace Obstat.Cli.Serving;

/// <summary>Asks the desktop to open an address, where there is one. What it does is not waited for and not believed: the address is always told too.</summary>
internal static class Browser
{
    /// <summary>Asks.</summary>
    public static void TryOpen(string address)
    {
        var opener = OperatingSystem.IsMacOS() ? "/usr/bin/open"
            : OperatingSystem.IsLinux() && HasDesktop("DISPLAY", "WAYLAND_DISPLAY") ? "/usr/bin/xdg-open"
            : null;
        if (opener is null || !File.Exists(opener))
        {
            return;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(opener, [address]) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            // No desktop after all.
        }
    }

    private static bool HasDesktop(params ReadOnlySpan<string> variables)
    {
        foreach (var variable in variables)
        {
            if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            {
                return true;
            }
        }

        return false;
    }
}
