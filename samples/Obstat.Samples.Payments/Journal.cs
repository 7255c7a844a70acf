using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;

namespace Obstat.Samples.Payments;

/// <summary>
/// What this server did, one JSON object a line, in the order in which it was done. Members of every line: <c>kind</c> (<c>effect</c> or <c>request</c>),
/// <c>n</c> (1, 2, 3 ..), <c>time</c> (UTC). Whoever wants to know whether a call reached this server reads this file and needs to believe nobody.
/// </summary>
public sealed partial class Journal : IDisposable
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private long _lines;

    /// <summary>Opens or creates the file and counts the lines that it holds.</summary>
    /// <param name="path">The journal file. A half line at its end, left by a crash, is closed with a line feed and stays visible.</param>
    public Journal(string path)
    {
        var full = Path.GetFullPath(path);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var old = File.Exists(full) ? File.ReadAllBytes(full) : [];
        _file = new FileStream(full, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _lines = old.AsSpan().Count((byte)'\n');
        if (old is [.., not (byte)'\n'])
        {
            _file.WriteByte((byte)'\n');
            _lines++;
        }

        Past = Read(old);
    }

    /// <summary>The effects that stood in the file when it was opened.</summary>
    public IReadOnlyList<JsonObject> Past { get; }

    /// <summary>Writes an effect and returns when the disk has it. Throws when it has not: then the caller must not answer that it was done.</summary>
    public void Effect(string tool, JsonObject arguments)
        => Append(new JsonObject { ["kind"] = "effect", ["tool"] = tool, ["arguments"] = arguments.DeepClone() }, durable: true);

    /// <summary>Writes what was received, before anybody looks at it. Not synced: it proves absence, and a crash loses nothing that was acted on.</summary>
    public void Request(string body, JsonObject? head = null)
    {
        var line = new JsonObject { ["kind"] = "request", ["body"] = body };
        if (head is not null)
        {
            line["head"] = head;
        }

        Append(line, durable: false);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Append(JsonObject line, bool durable)
    {
        lock (_gate)
        {
            line["n"] = ++_lines;
            line["time"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
            _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, Plain), (byte)'\n']);
            if (durable)
            {
                // Called directly, because FileStream.Flush(true) returns normally on Linux when the disk said no.
                Sync(_file.SafeFileHandle);
            }
        }
    }

    private static List<JsonObject> Read(byte[] content)
    {
        var effects = new List<JsonObject>();
        foreach (var line in System.Text.Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (JsonNode.Parse(line) is JsonObject entry && (string?)entry["kind"] == "effect")
                {
                    effects.Add(entry);
                }
            }
            catch (JsonException)
            {
                // The half line of a crash: it was never answered, so it was never an effect.
            }
        }

        return effects;
    }

    private static void Sync(SafeFileHandle handle)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!FlushFileBuffers(handle))
            {
                throw new IOException($"FlushFileBuffers: error {Marshal.GetLastPInvokeError()}");
            }
        }
        else if ((OperatingSystem.IsMacOS() ? FullSync(handle, 51) : DataSync(handle)) != 0) // 51 = F_FULLFSYNC
        {
            throw new IOException($"fdatasync: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FullSync(SafeFileHandle file, int command);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);
}
