namespace Obstat.Console.Serving;

/// <summary>A file that pages load.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="ContentType">Their type.</param>
/// <param name="Path">Its path, with a part of its digest: other bytes have another path, so it may be kept for ever.</param>
internal sealed record Asset(byte[] Bytes, string ContentType, string Path);
