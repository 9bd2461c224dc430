import { useRef, useState } from 'preact/hooks';
import { commonAttributes, placeholder, typeInto } from './controlParts';
import { type FieldProps, isLocked, labelOf } from './editing';
import { Icon } from './icons';
import { sizeText } from './text';

/** What fits into one message of most servers, and into what the editor keeps of the panel. */
export const MOST_FILE_BYTES = 5 * 1024 * 1024;
/** Above that the text is not drawn, only told. */
const MOST_SHOWN = 20_000;

/** Base64 as text, or from a file. */
export function FileControl(props: FieldProps) {
  const { field, editing } = props;
  const [file, setFile] = useState<{ readonly name: string; readonly text: string } | undefined>(undefined);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const attributes = commonAttributes(props);
  const { text } = field;
  const size = sizeText(decodedBytes(text));
  const read = async (picked: File) => {
    setTrouble(undefined);
    if (picked.size > MOST_FILE_BYTES) {
      setTrouble(`${picked.name} has ${sizeText(picked.size)}; at most ${sizeText(MOST_FILE_BYTES)} can be sent.`);
      return;
    }
    try {
      const encoded = await encode(picked, field.contentEncoding === 'base64url');
      setFile({ name: picked.name, text: encoded });
      editing.change(
        () => {
          if (encoded === '') editing.form.setPresence(field, 'value');
          else editing.form.setText(field, encoded);
        },
        `${picked.name}, ${sizeText(picked.size)}`,
      );
    } catch {
      setTrouble(`${picked.name} could not be read.`);
    }
  };
  const clear = () => {
    setFile(undefined);
    setTrouble(undefined);
    editing.change(() => editing.form.setPresence(field, 'absent'));
  };
  const name = file?.text === text ? file.name : undefined;
  const isTold = text.length > MOST_SHOWN || (name !== undefined && field.presence === 'value');
  return (
    <span class="file">
      {isTold ? (
        <span class="picked">
          <span class="picked-name">{name ?? 'Data'}</span>
          <span class="hint">{size}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={`Clear ${labelOf(field)}`}
            title="Clear"
            onClick={clear}
          >
            <Icon name="close" />
          </button>
        </span>
      ) : (
        <textarea
          class="input code"
          rows={1}
          spellcheck={false}
          autocomplete="off"
          {...attributes}
          readOnly={isLocked(field)}
          value={text}
          placeholder={placeholder(field)}
          onInput={(event) => typeInto(props, event.currentTarget.value)}
        />
      )}
      <button
        type="button"
        class="secondary small"
        id={isTold ? attributes.id : undefined}
        aria-describedby={isTold ? attributes['aria-describedby'] : undefined}
        disabled={isLocked(field)}
        onClick={() => input.current?.click()}
      >
        Choose file…<span class="hidden"> for {labelOf(field)}</span>
      </button>
      <input
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-hidden="true"
        ref={input}
        onChange={(event) => {
          const picked = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (picked) void read(picked);
        }}
      />
      {trouble && (
        <span class="problem" role="alert">
          <Icon name="error" />
          {trouble}
        </span>
      )}
    </span>
  );
}

function decodedBytes(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
}

/** RFC 4648 sections 4 and 5. */
async function encode(file: File, isUrlSafe: boolean): Promise<string> {
  const dataUrl = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  const base64 = dataUrl.slice(dataUrl.indexOf(',') + 1);
  return isUrlSafe ? base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : base64;
}
