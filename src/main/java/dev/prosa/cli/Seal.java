package dev.prosa.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Date;
import java.util.Iterator;

import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.Features;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPPublicKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;

/**
 * OpenPGP as pgcrypto in the server reads it: RSA, an encryption subkey, AES-256 with a modification detection code, no
 * compression, no passphrase on the private key (the file's mode guards it).
 */
final class Seal {

    private static final int RSA_BITS = 3072;
    private static final int RSA_CERTAINTY = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Seal() {
    }

    /** A key pair, each half armored. */
    record Pair(String publicKey, String privateKey) {
    }

    /** A new pair. */
    static Pair newPair() {
        try {
            PGPSignatureSubpacketGenerator identity = new PGPSignatureSubpacketGenerator();
            identity.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
            // what senders read from the key, gpg among them: nothing that pgcrypto does not know
            identity.setPreferredSymmetricAlgorithms(false, new int[] {SymmetricKeyAlgorithmTags.AES_256});
            identity.setPreferredHashAlgorithms(false, new int[] {HashAlgorithmTags.SHA256});
            identity.setPreferredCompressionAlgorithms(false, new int[] {CompressionAlgorithmTags.UNCOMPRESSED});
            identity.setFeature(false, Features.FEATURE_MODIFICATION_DETECTION);
            PGPSignatureSubpacketGenerator encryption = new PGPSignatureSubpacketGenerator();
            encryption.setKeyFlags(true, KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE);
            PGPKeyRingGenerator ring = new PGPKeyRingGenerator(PGPSignature.POSITIVE_CERTIFICATION, newKey(), "Prosa secrets",
                    new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1), identity.generate(), null,
                    new BcPGPContentSignerBuilder(PublicKeyAlgorithmTags.RSA_GENERAL, HashAlgorithmTags.SHA256), null);
            ring.addSubKey(newKey(), encryption.generate(), null);
            return new Pair(armored(ring.generatePublicKeyRing().getEncoded()), armored(ring.generateSecretKeyRing().getEncoded()));
        } catch (PGPException | IOException e) {
            throw new IllegalStateException("a key pair cannot be made: " + e.getMessage(), e);
        }
    }

    private static BcPGPKeyPair newKey() throws PGPException {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(0x10001), RANDOM, RSA_BITS, RSA_CERTAINTY));
        return new BcPGPKeyPair(PublicKeyPacket.VERSION_4, PublicKeyAlgorithmTags.RSA_GENERAL, generator.generateKeyPair(), new Date());
    }

    /**
     * Encrypts a secret.
     *
     * @param secret    what only the server is to read
     * @param publicKey the server's key, armored
     * @return an armored OpenPGP message
     * @throws CommandFailedException when the key is none that can encrypt
     */
    static String seal(String secret, String publicKey) {
        byte[] plain = secret.getBytes(StandardCharsets.UTF_8);
        try {
            PGPEncryptedDataGenerator encryption = new PGPEncryptedDataGenerator(
                    new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256).setWithIntegrityPacket(true).setSecureRandom(RANDOM));
            encryption.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(encryptionKey(publicKey)));
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            try (OutputStream encrypted = encryption.open(message, new byte[1 << 14]);
                    OutputStream literal = new PGPLiteralDataGenerator()
                            .open(encrypted, PGPLiteralData.BINARY, "", plain.length, PGPLiteralData.NOW)) {
                literal.write(plain);
            }
            return armored(message.toByteArray());
        } catch (PGPException | IOException e) {
            throw new IllegalStateException("the secret cannot be sealed: " + e.getMessage(), e);
        }
    }

    private static PGPPublicKey encryptionKey(String armored) {
        try {
            PGPPublicKeyRing ring = new BcPGPPublicKeyRing(
                    PGPUtil.getDecoderStream(new ByteArrayInputStream(armored.getBytes(StandardCharsets.US_ASCII))));
            for (Iterator<PGPPublicKey> keys = ring.getPublicKeys(); keys.hasNext();) {
                PGPPublicKey key = keys.next();
                if (!key.isMasterKey() && key.isEncryptionKey()) {
                    return key;
                }
            }
        } catch (IOException e) {
            throw noKey();
        }
        throw noKey();
    }

    private static CommandFailedException noKey() {
        return new CommandFailedException("that is no OpenPGP public key that can encrypt",
                "Take what prosa.public_key() returns, or the file seal.pub.asc of the key directory.");
    }

    private static String armored(byte[] packets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ArmoredOutputStream armor = ArmoredOutputStream.builder().clearHeaders().build(out)) {
            armor.write(packets);
        }
        return out.toString(StandardCharsets.US_ASCII);
    }
}
