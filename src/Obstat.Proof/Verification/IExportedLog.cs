namespace Obstat.Proof.Verification;

/// <summary>The files of an exported log, by their paths with <c>/</c>: in a folder, on a server, in memory. An implementation gives the bytes as they are and judges nothing.</summary>
public interface IExportedLog
{
    /// <summary>All paths there are, in no order.</summary>
    IReadOnlyCollection<string> Paths { get; }

    /// <summary>The bytes under a path that is there. Safe for concurrent use.</summary>
    ReadOnlyMemory<byte> Read(string path);
}
