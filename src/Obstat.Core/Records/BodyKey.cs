using Obstat.Proof;

namespace Obstat.Core.Records;

/// <summary>
/// What makes a message of an enforcement point the same message: the same again gets the recorded answer again, the same number with another body is <c>Malformed</c>.
/// </summary>
/// <param name="Boot">The boot of the point.</param>
/// <param name="Seq">The number the point gave to the message, from 1.</param>
/// <param name="Body">SHA-256 of the bytes that came.</param>
public readonly record struct BodyKey(string Boot, long Seq, Digest Body);
