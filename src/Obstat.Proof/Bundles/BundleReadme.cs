namespace Obstat.Proof.Bundles;

/// <summary>What a bundle says about itself to a person who has nothing but the bundle.</summary>
internal static class BundleReadme
{
    public const string Text = """
        This is an evidence bundle: entries of an execution ledger, each with its proof.

        Trust comes from you, not from this file. Get the log's key (a line NAME+ID+KEY) or a tlog-policy file
        from somebody you believe, by another way than this bundle came. The files under trust/ are copies for
        convenience; a verdict based on them says only that the bundle agrees with itself.

        With Obstat:
          obstat verify BUNDLE --log-key KEY
          obstat verify BUNDLE --trust POLICY

        With tools of others, after unpacking:
          tlogcheck proof POLICY entries/N.tlog-proof entries/N.leaf
          cosign verify-blob-attestation --key KEY.pem --bundle entries/N.sigstore.json \
            --trusted-root trust/trusted_root.json --type PREDICATE-TYPE blobs/DIGEST.json
        KEY.pem is the statement's key: trust/keys.json lists it in base64 of its DER form.

        What is not proved: actions that never went through an enforcement point leave no entry; an outcome is
        the enforcement point's claim; identity is what its issuer asserted; the recorded policy may be wrong.

        """;
}
