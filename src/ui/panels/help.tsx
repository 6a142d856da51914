import { isHelpOpen, keys } from '../keys.js';
import { Dialog } from '../parts/dialog.js';
import { header } from '../store.js';
import { command, ledgerCommand } from '../terminal.js';

export function Help() {
  if (!isHelpOpen.value) return null;
  const why = ledgerCommand('why ID');
  return (
    <Dialog
      kind="help"
      title="Keys"
      onClose={() => {
        isHelpOpen.value = false;
      }}
    >
      <dl class="facts">
        {keys.map(({ key, does }) => (
          <div key={key}>
            <dt>{does}</dt>
            <dd>
              <kbd>{key}</kbd>
            </dd>
          </div>
        ))}
        <div>
          <dt>close what is open</dt>
          <dd>
            <kbd>Esc</kbd>
          </dd>
        </div>
        <div>
          <dt>cancel orders, halt: hold for a second on the button</dt>
          <dd>
            <kbd>Space</kbd>
          </dd>
        </div>
      </dl>
      {header.value?.source === 'live' ? (
        <p class="soft">
          From a terminal, page or no page: <code>{command('pause')}</code>, and <code>kill</code>,{' '}
          <code>resume</code>, <code>status</code> in its place.
        </p>
      ) : null}
      {why === null ? null : (
        <p class="soft">
          A decision in the terminal: <code>{why}</code>
        </p>
      )}
    </Dialog>
  );
}
