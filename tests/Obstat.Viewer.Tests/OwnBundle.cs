using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>
/// A bundle of the ten entries of the shared test log, written by this file alone: neither the exporter nor the viewer has a part in it, so both can be wrong about it.
/// </summary>
internal sealed class OwnBundle
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public OwnBundle(params int[] entries)
    {
        Entries = entries.Length == 0 ? [.. Enumerable.Range(0, 10)] : entries;
        foreach (var index in Entries)
        {
            foreach (var kind in new[] { "statement.json", "dsse.json", "leaf", "tlog-proof" })
            {
                _files[$"entries/{index}.{kind}"] = Vectors.Bytes($"evidence/own/entry{index}.{kind}");
            }
        }

        foreach (var index in Entries.Intersect([3, 4]))
        {
            _files[$"entries/{index}.sigstore.json"] = MadeLog.Canonical(JsonNode.Parse(Vectors.Bytes($"evidence/own/entry{index}.sigstore.json"))!);
        }

        _files["trust/policy"] = Vectors.Bytes("evidence/own/policy");
    }

    public static string Policy => File.ReadAllText(Vectors.Shared("evidence/own/policy"));

    public static string LogKey => File.ReadAllText(Vectors.Shared("evidence/own/vkey"));

    public int[] Entries { get; }

    public List<string> Erased { get; } = [];

    /// <summary>What the manifest says instead of what it should; null: the truth.</summary>
    public Action<JsonObject>? Manifest { get; set; }

    public byte[] this[string name]
    {
        get => _files[name];
        set => _files[name] = value;
    }

    public OwnBundle Open(string name)
    {
        var bytes = Vectors.Bytes($"evidence/own/{name}");
        _files[$"blobs/{Hex(bytes)}.json"] = bytes;
        return this;
    }

    public OwnBundle Edit(string name, string before, string after)
    {
        var text = Encoding.UTF8.GetString(_files[name]);
        Assert.Contains(before, text, StringComparison.Ordinal);
        _files[name] = Encoding.UTF8.GetBytes(text.Replace(before, after, StringComparison.Ordinal));
        return this;
    }

    public void Remove(string name) => Assert.True(_files.Remove(name));

    public byte[] Write()
    {
        var times = Entries.Select(index => (string)JsonNode.Parse(Vectors.Bytes($"evidence/own/entry{index}.statement.json"))!["predicate"]!["time"]!);
        var manifest = new JsonObject
        {
            ["created"] = times.Max(StringComparer.Ordinal),
            ["entries"] = new JsonArray([.. Entries.Select(index => (JsonNode)index)]),
            ["erased"] = new JsonArray([.. Erased.Select(digest => (JsonNode)digest)]),
            ["files"] = new JsonObject(_files.Where(file => file.Key != "manifest.json").Select(file => KeyValuePair.Create(file.Key, (JsonNode?)Hex(file.Value)))),
            ["format"] = "execution-evidence/1",
            ["origin"] = LogKey.Split('+')[0],
        };
        Manifest?.Invoke(manifest);
        var all = new SortedDictionary<string, byte[]>(_files, StringComparer.Ordinal) { ["manifest.json"] = JsonSerializer.SerializeToUtf8Bytes(manifest) };
        return Zip(all);
    }

    /// <summary>A stored zip: names sorted, UTF-8 flag, 1980-01-01, no extra fields.</summary>
    public static byte[] Zip(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var body = new MemoryStream();
        var directory = new MemoryStream();
        ushort count = 0;
        foreach (var (name, content) in files)
        {
            var common = new byte[26];
            BinaryPrimitives.WriteUInt16LittleEndian(common, 20);
            BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(2), 0x0800);
            BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(8), 0x0021);
            BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(10), Crc(content));
            BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(14), (uint)content.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(18), (uint)content.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(22), (ushort)Encoding.UTF8.GetByteCount(name));
            var offset = new byte[14];
            BinaryPrimitives.WriteUInt32LittleEndian(offset.AsSpan(10), (uint)body.Position);
            directory.Write([0x50, 0x4b, 1, 2, 20, 0, .. common, .. offset, .. Encoding.UTF8.GetBytes(name)]);
            body.Write([0x50, 0x4b, 3, 4, .. common, .. Encoding.UTF8.GetBytes(name), .. content]);
            count++;
        }

        var end = new byte[18];
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(4), count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(6), count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(8), (uint)directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)body.Length);
        return [.. body.ToArray(), .. directory.ToArray(), 0x50, 0x4b, 5, 6, .. end];
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static uint Crc(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
