using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Settings;

/// <summary>Where a value comes from. A secret is named by file, variable or command, never written into the configuration or a command line.</summary>
public abstract record SecretSource
{
    /// <summary>Longest value: 64 KiB.</summary>
    public const int BytesMax = 1 << 16;

    private SecretSource()
    {
    }

    /// <summary>Fetches the value. Refused: a file that others can read, an absent variable, a command that fails or takes longer than 10 s. The reason never contains the value.</summary>
    public abstract bool TryRead([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? reason);

    /// <summary>A value that is no secret and stands in the configuration.</summary>
    public sealed record Plain(string Value) : SecretSource
    {
        /// <inheritdoc/>
        public override bool TryRead([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? reason)
        {
            (value, reason) = (Value, null);
            return true;
        }
    }

    /// <summary>The text of a file (0600 or stricter, its owner is this user), without a line feed at its end.</summary>
    public sealed record FromFile(string Path) : SecretSource
    {
        /// <inheritdoc/>
        public override bool TryRead([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? reason)
        {
            value = PrivateFile.TryRead(Path, BytesMax, out var bytes, out reason) ? Text(bytes) : null;
            return value is not null;
        }
    }

    /// <summary>An environment variable of the process that needs the value.</summary>
    public sealed record FromVariable(string Name) : SecretSource
    {
        /// <inheritdoc/>
        public override bool TryRead([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? reason)
        {
            value = System.Environment.GetEnvironmentVariable(Name);
            reason = value is null ? $"the environment variable {Name} is not set" : null;
            return value is not null;
        }
    }

    /// <summary>What a program writes to its standard output: the way to any vault.</summary>
    public sealed record FromCommand(ImmutableArray<string> Arguments, string Folder) : SecretSource
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

        /// <inheritdoc/>
        public override bool TryRead([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? reason)
        {
            (value, reason) = (null, $"{Arguments[0]} did not answer within {Patience.TotalSeconds} s");
            var start = new ProcessStartInfo(Arguments[0], Arguments[1..]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardInput = true };
            try
            {
                using var process = Process.Start(start)!;
                process.StandardInput.Close();
                var output = process.StandardOutput.ReadToEndAsync();
                if (!output.Wait(Patience) || !process.WaitForExit(Patience))
                {
                    process.Kill(entireProcessTree: true);
                    return false;
                }

                reason = process.ExitCode != 0 ? $"{Arguments[0]} ended with {process.ExitCode}" : output.Result.Length is 0 or > BytesMax ? $"{Arguments[0]} gave no value, or one over {BytesMax} bytes" : null;
                value = reason is null ? output.Result.TrimEnd('\n') : null;
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
            {
                reason = $"{Arguments[0]} cannot be started: {e.Message}";
            }

            return value is not null;
        }

        /// <inheritdoc/>
        public bool Equals(FromCommand? other) => other is not null && Folder == other.Folder && Arguments.SequenceEqual(other.Arguments);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Folder, Arguments.Length);
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes).TrimEnd('\n');
}
